"""The queue: orders that outlive a crash, and the processes that carry them out."""
