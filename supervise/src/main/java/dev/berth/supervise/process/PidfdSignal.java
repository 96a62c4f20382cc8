package dev.berth.supervise.process;

import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Signal;

import java.util.Optional;

/// Signals a process that was seen earlier, and never another that has its pid by now.
final class PidfdSignal {
    private PidfdSignal() {}

    /// Sends `signal`, unless the process has ended.
    static void send(ProcessEntry seen, Signal signal) {
        long opened = Pidfds.pidfdOpen(seen.pid(), 0);
        if (opened < 0) {
            return;
        }
        try (Fd pidfd = new Fd((int) opened)) {
            Optional<ProcessEntry> now = ProcessList.of(seen.pid());
            if (now.filter(e -> e.startTicks() == seen.startTicks()).isPresent()) {
                Pidfds.pidfdSendSignal(pidfd.number(), signal.number());
            }
        }
    }
}
