/// Scenarios as data, run on the live kernel: real processes, real traffic, in a network namespace
/// of their own; the verdict on each scenario's claim is computed from what happened.
@NullMarked
package dev.berth.lab;

import org.jspecify.annotations.NullMarked;
