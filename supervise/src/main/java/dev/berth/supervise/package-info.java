/// Many processes of any server on one port.
///
/// One thread, that of [dev.berth.supervise.Supervisor], owns every process and socket: it tells
/// `lifecycle` what happens and carries out what that decides. It stands above all other rooms, and
/// of these each knows only what stands below it:
///
///     adoption   watch
///     steering   process
///     lifecycle
///     contract   control
@NullMarked
package dev.berth.supervise;

import org.jspecify.annotations.NullMarked;
