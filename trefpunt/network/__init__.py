"""Street networks, how points join them, and distances along them."""
