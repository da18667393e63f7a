"""What one worker process owns: opened in order, kept running, shut down."""
