"""Roll calls: when a class meets, make-up sessions included, and the rotating code that it shows meanwhile."""
