/// Slots, workers, generations, adoption, readiness, control: N processes of any server on one
/// port.
///
/// The decisions are a pure function, [dev.berth.supervise.Transition]; one thread, that of
/// [dev.berth.supervise.Supervisor], carries them out and owns every process and socket.
@NullMarked
package dev.berth.supervise;

import org.jspecify.annotations.NullMarked;
