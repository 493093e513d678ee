"""What brokers are measured to do: how fast they answer, how often they refuse or fail, how long they are away."""
