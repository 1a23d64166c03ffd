"""Long work: trainings and looks, a child process each."""

from coterie.faces.jobs.job import Job, NoSuchJobError, TooManyJobsError
from coterie.faces.jobs.jobs import Jobs
from coterie.faces.jobs.request import CustomersAsked

__all__ = ["CustomersAsked", "Job", "Jobs", "NoSuchJobError", "TooManyJobsError"]
