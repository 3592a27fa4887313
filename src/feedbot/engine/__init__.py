"""Time comes in: the clock's ticks, and the workers that poll what is due."""
