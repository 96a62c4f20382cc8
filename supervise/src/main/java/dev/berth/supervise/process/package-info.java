/// Processes: how they are started, what the supervisor holds of them, their descendants, their
/// output, and how nothing of them is left behind. And the poll loop of the thread that owns all
/// that.
@NullMarked
package dev.berth.supervise.process;

import org.jspecify.annotations.NullMarked;
