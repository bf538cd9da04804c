"""The batch: plan, execute, render, check, publish and index a seminar's documents."""
