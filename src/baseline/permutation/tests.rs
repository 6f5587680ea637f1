//! How often the test is wrong, and what it finds.
