"""Many runs over a grid of settings, locally or on Dask."""
