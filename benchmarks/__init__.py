"""Time to a certified gap: peers run as subprocesses, an independent judge says what their answers are worth."""
