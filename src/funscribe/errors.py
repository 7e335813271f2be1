"""The exception tree. Every class is also the built-in error it is, so both can be caught.

FunscribeError
├── VideoError
│   ├── VideoNotFound          (FileNotFoundError)
│   ├── VideoUnreadable        (ValueError)     not a video, damaged beyond the bound, no picture stream
│   ├── VideoEncrypted         (PermissionError)
│   ├── VideoTooShort          (ValueError)
│   ├── VideoUnreachable       (ConnectionError) the place where it lies does not answer
│   └── TimeOutsideVideo       (ValueError)
├── TraceCorrupted             (ValueError)
├── RecipeInvalid              (ValueError)
├── ScriptInvalid              (ValueError)
├── FilterInvalid              (ValueError)     no such filter or option, or a value out of its range
├── ScriptBusy                 (RuntimeError)   another run is writing it
├── TruthInvalid               (ValueError)
├── RunInvalid                 (ValueError)     no saved run of the benchmark, or damaged
├── RevisionInvalid            (ValueError)     not a revision, or nothing to measure in it
├── OutputNotWritable          (OSError)        no permission, no folder, disk full
├── PluginNotFound             (LookupError)
├── ModelError
│   ├── ModelNotFound          (FileNotFoundError)
│   ├── ModelInvalid           (ValueError)     not a model, damaged, wrong checksum
│   ├── HeadUnknown            (ValueError)     its outputs cannot be told, or can be told in two ways
│   ├── ClassUnknown           (LookupError)
│   ├── DownloadFailed         (OSError)
│   └── CalibrationInvalid     (ValueError)     no frames, or the smaller model disagrees too much
├── DeviceMissing              (RuntimeError)   asked for, and not there; names the extra to install
├── DeviceLost                 (ConnectionError) was there, and no longer answers
├── DeviceUnknown              (LookupError)    no table has a row of that name
├── DevicesInvalid             (ValueError)     a table of devices that makes no sense; tells the line
├── WorkerDied                 (RuntimeError)
└── QueueError
    ├── QueueDamaged           (ValueError)     cut short, no queue, or gone but for its back-up
    ├── QueueNotWritable       (OSError)        read-only, disk full
    ├── QueueBusy              (TimeoutError)   another process holds it for too long
    ├── JobNotFound            (LookupError)
    └── JobNotIdle             (RuntimeError)   it runs, and what was asked needs it not to
"""


class FunscribeError(Exception):
    """Anything that Funscribe itself reports; the message says what, where and the remedy."""


class VideoError(FunscribeError):
    """A video cannot be used."""


class VideoNotFound(VideoError, FileNotFoundError):
    """There is no such file."""


class VideoUnreadable(VideoError, ValueError):
    """The file holds no picture stream that can be decoded."""


class VideoEncrypted(VideoError, PermissionError):
    """The pictures are encrypted."""


class VideoTooShort(VideoError, ValueError):
    """There are too few frames for motion to be seen."""


class VideoUnreachable(VideoError, ConnectionError):
    """The place where the file lies does not answer, or no longer."""


class TimeOutsideVideo(VideoError, ValueError):
    """A time was asked for that the video does not have."""


class TraceCorrupted(FunscribeError, ValueError):
    """A stored trace does not read back as it was written."""


class RecipeInvalid(FunscribeError, ValueError):
    """An option is unknown, of the wrong type or out of its range."""


class ScriptInvalid(FunscribeError, ValueError):
    """A script cannot be read, or breaks the rules of its format."""


class FilterInvalid(FunscribeError, ValueError):
    """A filter of scripts is unknown, or set in a way that makes no sense."""


class ScriptBusy(FunscribeError, RuntimeError):
    """Another run is writing the same script."""


class TruthInvalid(FunscribeError, ValueError):
    """A file of true positions cannot be read."""


class RunInvalid(FunscribeError, ValueError):
    """A saved run of the benchmark is missing or cannot be read."""


class RevisionInvalid(FunscribeError, ValueError):
    """Two revisions cannot be compared: there is no checkout, no such revision, or it cannot be measured."""


class OutputNotWritable(FunscribeError, OSError):
    """A file cannot be written where it was asked for."""

    def __reduce__(self) -> tuple[object, ...]:
        # Why (`errno`) would be lost on the way from one process to another.
        return type(self), self.args, {"errno": self.errno}


class PluginNotFound(FunscribeError, LookupError):
    """No such plug-in is installed."""


class ModelError(FunscribeError):
    """A model cannot be used."""


class ModelNotFound(ModelError, FileNotFoundError):
    """There is no such model."""


class ModelInvalid(ModelError, ValueError):
    """The file is not a model that can be run, or not the one that was promised."""


class HeadUnknown(ModelError, ValueError):
    """What the outputs of a model mean cannot be told from its shapes and metadata."""


class ClassUnknown(ModelError, LookupError):
    """The model has no class of that name."""


class DownloadFailed(ModelError, OSError):
    """A model could not be fetched."""


class CalibrationInvalid(ModelError, ValueError):
    """A model cannot be quantised with these frames, or would lose too much."""


class DeviceMissing(FunscribeError, RuntimeError):
    """A device or library that was asked for is not there."""


class DeviceLost(FunscribeError, ConnectionError):
    """A device that was connected can no longer be reached."""


class DeviceUnknown(FunscribeError, LookupError):
    """No table has a device of that name."""


class DevicesInvalid(FunscribeError, ValueError):
    """A table of devices has a row that makes no sense, or a limit was asked for that does not."""


class WorkerDied(FunscribeError, RuntimeError):
    """A worker process ended without an answer."""


class QueueError(FunscribeError):
    """The queue cannot be used, or not in that way."""


class QueueDamaged(QueueError, ValueError):
    """The file of the queue does not hold what was written there."""


class QueueNotWritable(QueueError, OSError):
    """The file of the queue cannot be written."""


class QueueBusy(QueueError, TimeoutError):
    """Another process has held the queue for too long."""


class JobNotFound(QueueError, LookupError):
    """There is no such job."""


class JobNotIdle(QueueError, RuntimeError):
    """The job runs, and what was asked for needs it not to."""
