package dev.berth.cli.doctor;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// One feature to check, and what is known about it beforehand.
///
/// @param name a stable name, also for scripts
/// @param since the kernel version or capability that provides it
/// @param purpose what Berth does with it
/// @param advice what to do if it is missing
/// @param required whether `run` needs it for an unmodified program
/// @param probe checks it: returns what it found, or throws if the feature is not available
record DoctorCheck(
        String name,
        String since,
        String purpose,
        String advice,
        boolean required,
        ProbeCall probe) {
    private static final long PATIENCE_SECONDS = 5;

    /// Tries something out on the running kernel.
    interface ProbeCall {
        /// Returns what was found, which may be empty. An exception says that the feature is not
        /// available, and why.
        String run() throws IOException;
    }

    static DoctorCheck required(
            String name, String since, String purpose, String advice, ProbeCall probe) {
        return new DoctorCheck(name, since, purpose, advice, true, probe);
    }

    static DoctorCheck useful(
            String name, String since, String purpose, String advice, ProbeCall probe) {
        return new DoctorCheck(name, since, purpose, advice, false, probe);
    }

    /// Checks the feature on a throw-away thread, because filters and identities stay with the
    /// thread.
    DoctorFinding examine() {
        var seen = new CompletableFuture<String>();
        Thread.ofPlatform()
                .name("doctor " + name)
                .daemon()
                .start(
                        () -> {
                            try {
                                seen.complete(probe.run());
                            } catch (IOException | RuntimeException | Error missing) {
                                seen.completeExceptionally(missing);
                            }
                        });
        try {
            return found(true, seen.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException missing) {
            Throwable cause = Objects.requireNonNullElse(missing.getCause(), missing);
            return found(false, String.valueOf(cause.getMessage()));
        } catch (TimeoutException | InterruptedException late) {
            return found(false, "no answer within " + PATIENCE_SECONDS + " s");
        }
    }

    private DoctorFinding found(boolean available, String detail) {
        return new DoctorFinding(
                this, available, detail, available ? Optional.empty() : Optional.of(advice));
    }
}
