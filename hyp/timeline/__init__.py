"""What the plan predicts, what a trace says, and the judgement of a run."""
