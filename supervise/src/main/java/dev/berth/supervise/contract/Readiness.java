package dev.berth.supervise.contract;

import java.util.Optional;

/// What makes a worker ready that listens for itself.
public sealed interface Readiness {
    /// It listens and keeps listening, or sends `READY=1` before.
    record Listening() implements Readiness {}

    /// It listens and has sent `READY=1`.
    record Notified() implements Readiness {}

    /// It listens and has answered its probe.
    record Probed(Probe check) implements Readiness {}

    /// How the state machine treats it.
    default Settings.Ready kind() {
        return this instanceof Listening ? Settings.Ready.LISTENING : Settings.Ready.ANNOUNCED;
    }

    /// What must answer, if anything.
    default Optional<Probe> probe() {
        return this instanceof Probed(Probe check) ? Optional.of(check) : Optional.empty();
    }
}
