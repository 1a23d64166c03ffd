"""Clusters: engines that find them, figures that judge them, and the choice of how many."""
