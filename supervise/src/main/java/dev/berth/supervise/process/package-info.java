/// Processes: how one is started, what the supervisor holds of it, all that it starts itself, its
/// output, and how nothing of it stays behind. And the poll loop of the thread that owns all that.
@NullMarked
package dev.berth.supervise.process;

import org.jspecify.annotations.NullMarked;
