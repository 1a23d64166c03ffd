"""Long work: trainings and looks, a child process each."""

from coterie.faces.jobs.job import Job, NoSuchJobError, TooManyJobsError
from coterie.faces.jobs.jobs import Jobs

__all__ = ["Job", "Jobs", "NoSuchJobError", "TooManyJobsError"]
