"""What processes of relaytop say to one another: messages, and their form as lines of JSON."""
