/// The decisions: slots, workers and their generations, the operations on them, and the pure
/// function [dev.berth.supervise.lifecycle.Transition], which turns events into actions. No clock,
/// no process, no socket.
@NullMarked
package dev.berth.supervise.lifecycle;

import org.jspecify.annotations.NullMarked;
