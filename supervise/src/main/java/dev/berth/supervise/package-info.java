/// Runs many processes of any server on one port.
///
/// One thread, that of [dev.berth.supervise.Supervisor], owns every process and socket: it passes
/// events to `lifecycle` and carries out what `lifecycle` decides. This package is above all
/// others; each package depends only on those below it:
///
///     adoption   watch
///     steering   process
///     lifecycle
///     contract   control
@NullMarked
package dev.berth.supervise;

import org.jspecify.annotations.NullMarked;
