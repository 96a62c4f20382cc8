/// `run`: one supervisor, or the several of a service file, from their options to their end, and
/// their side of the control socket.
@NullMarked
package dev.berth.cli.run;

import org.jspecify.annotations.NullMarked;
