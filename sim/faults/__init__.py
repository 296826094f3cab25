"""What a scenario breaks, one file for each fault, told in the verbs of `sim.faults.injector`."""
