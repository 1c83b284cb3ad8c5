"""Records back into a topic: the plan, the cluster's answers to it, the sending, and what is known of it afterwards."""
