"""Options of carrying out a queue."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

CARRY_OUT = "funscribe.jobs.worker:carry_out"


class RunOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the jobs of a queue are carried out."""

    workers: Annotated[int, Meta(ge=0, le=1024, description="jobs at a time; 0 takes one a core (jobs)")] = 0
    cores: Annotated[
        int, Meta(ge=0, le=4096, description="cores shared among the jobs; 0 takes all (cores)")
    ] = 0
    memory_bytes: (
        Annotated[
            int,
            Meta(ge=1_000_000, description="memory of a job and its processes beyond which it fails (bytes)"),
        ]
        | None
    ) = None
    stall_s: Annotated[
        float, Meta(ge=0.1, le=86_400, description="time without progress after which a job is ended (s)")
    ] = 120.0
    attempts: Annotated[
        int, Meta(ge=1, le=100_000, description="attempts after which a job has failed (attempts)")
    ] = 3
    keep_on: Annotated[
        bool, Meta(description="wait for new jobs when all are done, instead of ending (yes or no)")
    ] = False
    engine: Annotated[
        Literal["local", "ray"], Meta(description="what carries out the segments of a job (name)")
    ] = "local"
    address: Annotated[str, Meta(description="where the engine is reached (address)")] | None = None
    task: Annotated[
        str,
        Meta(pattern=r"^[\w.]+:\w+$", description="what is run in the process of a job (module:function)"),
    ] = CARRY_OUT
