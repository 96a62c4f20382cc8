/// A supervisor, or the several of a file, from their options to their end, and its side of the
/// control socket: `run`.
@NullMarked
package dev.berth.cli.run;

import org.jspecify.annotations.NullMarked;
