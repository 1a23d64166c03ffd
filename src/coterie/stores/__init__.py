"""What is kept: bundles, exports, and the files a run leaves."""
