"""Durable jobs in the database (ADR 22): ordered in a transaction, run once, by whichever process is free."""

from kit.jobs.handler import JobCancelledError, JobHandler, JobResult, LeaseLostError, OnFailed, RunningJob
from kit.jobs.queue import JobQueue
from kit.jobs.runner import JobRunner
from kit.jobs.schedule import DailyAt, Every, Schedule
from kit.jobs.schemas import Enqueued, JobDetail, JobFilter, JobPage, JobState

__all__ = [
    "DailyAt",
    "Enqueued",
    "Every",
    "JobCancelledError",
    "JobDetail",
    "JobFilter",
    "JobHandler",
    "JobPage",
    "JobQueue",
    "JobResult",
    "JobRunner",
    "JobState",
    "LeaseLostError",
    "OnFailed",
    "RunningJob",
    "Schedule",
]
