package dev.berth.cli.doctor;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// One thing to be looked at, and what is known about it beforehand.
///
/// @param advice what to do where it is missing
/// @param probe looks; it returns what it saw, or throws what was in the way
record Examination(
        String name, String since, String purpose, String advice, boolean required, Probe probe) {
    private static final long PATIENCE_SECONDS = 5;

    /// Tries something out on the running kernel.
    interface Probe {
        /// What was seen, may be empty; an exception says that it is not to be had, and why.
        String look() throws IOException;
    }

    static Examination required(
            String name, String since, String purpose, String advice, Probe probe) {
        return new Examination(name, since, purpose, advice, true, probe);
    }

    static Examination useful(
            String name, String since, String purpose, String advice, Probe probe) {
        return new Examination(name, since, purpose, advice, false, probe);
    }

    /// Looks on a thread that is thrown away: filters and identities stay with it.
    Finding examine() {
        var seen = new CompletableFuture<String>();
        Thread.ofPlatform()
                .name("doctor " + name)
                .daemon()
                .start(
                        () -> {
                            try {
                                seen.complete(probe.look());
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

    private Finding found(boolean available, String detail) {
        return new Finding(
                name,
                available,
                detail,
                since,
                purpose,
                available ? Optional.empty() : Optional.of(advice),
                required);
    }
}
