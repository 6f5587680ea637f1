//! Integration tests, one feature a file.

// Scenarios and runs for the others.
mod worlds;
// A folder in which the program runs.
mod desk;
// What must hold whatever codec and node are sent.
mod trials;

// Rules of the source tree.
mod tidy;
// What the documentation says.
mod docs;
// What lists in it must hold in full.
mod pages;
// Whole nodes in a world by hand.
mod node;
// Looks at the overlay of a run, and kadsim topology.
mod overlay;
// What a node of an open network does.
mod precautions;
// Nodes that cannot be dialled, clients, and dials that time out.
mod reach;
// How long records live, and what maintenance costs.
mod record_life;
// Every run repeats, with either queue and any number of threads.
mod determinism;
// Metrics whose values can be computed beforehand.
mod known_answers;
// Whom nodes know when they come.
mod topology;
// Nodes that do not keep to the protocol.
mod attacks;
// Limits of address groups, and siblings.
mod diversity;
// Packets along the routes of a graph.
mod underlay;
// What goes wrong for a time.
mod faults;
// Links of known answer.
mod links;
// Keys of 64, 160 and 256 bits.
mod keys;
// Blocks that are found, fetched and verified.
mod blocks;
// Registers that all nodes read and write.
mod registers;
// Services that are advertised, found and called.
mod services;
// Applications that talk to each other.
mod talk;
// Warm and organic starts agree.
mod warm_start;
// Known figures, measured again.
mod fidelity;
// Random scenarios from a seed.
mod fuzz;
// The program as a user runs it.
mod program;
// Many runs, their tables, and what becomes of them when they are killed.
mod sweep;
// Ten types of tests, and what follows from them.
mod suite;
// What runs came to once, and whether they still do.
mod baseline;
// How often the test of baselines is wrong.
mod change;
// Runs and sweeps beside each other.
mod compare;
// Folders of results as pages.
mod page;
// Packets of a run in a file.
mod capture;
// The events of a run.
mod trace;
// The form of scenario files.
mod schema;
// What this machine can run.
mod doctor;
// The examples, run as programs.
mod examples;
// Completions, manual pages, logs.
mod aids;
// The same node on UDP sockets.
mod udp;
// Codec and node without sockets, under mutated datagrams.
mod unwired;
// kadsim node, led by a program.
mod control;
// The same run in virtual time and on sockets.
mod ladder;
