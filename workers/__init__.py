"""Send: claim what is due, deliver it, record what the network said."""
