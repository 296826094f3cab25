"""What happens to background jobs when things break: a reliability simulator and training sandbox."""
