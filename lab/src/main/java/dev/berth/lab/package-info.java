/// Scenarios as data, run on the live kernel: real processes and real traffic, in their own network
/// namespace; the verdict on each scenario's claim is computed from what happened.
@NullMarked
package dev.berth.lab;

import org.jspecify.annotations.NullMarked;
