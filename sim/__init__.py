"""Hardware stand-ins and gateware: nothing here is part of the product's own run path."""
