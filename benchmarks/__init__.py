"""The measurements that README quotes, and the proofs that are too slow for every test run."""
