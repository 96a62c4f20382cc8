package dev.berth.cli.doctor;

import dev.berth.bpf.SeccompFilter;
import dev.berth.sys.Arch;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Seccomp;
import dev.berth.sys.Syscall;
import dev.berth.sys.UnsupportedFeatureException;

import java.io.IOException;
import java.util.List;

/// The doctor's checks of seccomp. A filter stays with its thread for good, so each probe runs on a
/// throw-away thread; the filter is for a call that an ending thread does not make.
final class SeccompProbes {
    private SeccompProbes() {}

    static String listener() throws IOException {
        install(false);
        return "";
    }

    static String waitKillable() throws IOException {
        if (!Seccomp.waitKillableSupported()) {
            throw new UnsupportedFeatureException("waiting undisturbed", "Linux 5.19");
        }
        install(true);
        return "";
    }

    private static void install(boolean waitKillable) throws IOException {
        Seccomp.noNewPrivileges();
        long[] filter = SeccompFilter.notify(Arch.current(), List.of(Syscall.LISTEN));
        long installed = Seccomp.installListener(filter, waitKillable);
        try (Fd listener = Fd.of("seccomp", "a listener", installed)) {
            ErrnoException.check("seccomp", "a listener", listener.number());
        }
    }
}
