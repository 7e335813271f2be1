"""What carries out the segments of a job where the processes of this machine are not meant to."""
