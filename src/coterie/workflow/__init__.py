"""The order of the work, and nothing else: explore a table, train a Study."""

from coterie.workflow.exploring import explore
from coterie.workflow.progress import Progress
from coterie.workflow.study import Study
from coterie.workflow.training import train

__all__ = ["Progress", "Study", "explore", "train"]
