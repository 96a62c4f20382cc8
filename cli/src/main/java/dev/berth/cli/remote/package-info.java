/// Commands to a running supervisor, over its control socket: `status`, `roll`, `scale`, `steer`,
/// `drain`, `undrain`, `stop`.
@NullMarked
package dev.berth.cli.remote;

import org.jspecify.annotations.NullMarked;
