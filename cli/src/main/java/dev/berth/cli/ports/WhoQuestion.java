package dev.berth.cli.ports;

import dev.berth.inspect.PortQuery;

import java.util.OptionalInt;

/// The question that `berth who` answers.
///
/// @param nothing the message if there is nothing to show
/// @param pid the process that the number may mean instead; 0 if there is none
record WhoQuestion(PortQuery query, String nothing, int pid) {
    boolean perhapsPid() {
        return pid > 0 && query.pid().isEmpty();
    }

    /// The same number, interpreted as a process id.
    WhoQuestion asPid() {
        PortQuery all =
                new PortQuery(
                        query.protocol(),
                        OptionalInt.empty(),
                        query.address(),
                        OptionalInt.of(pid),
                        query.listeners(),
                        query.namespaces(),
                        query.thorough());
        return new WhoQuestion(all, "pid " + pid + " has no visible sockets", pid);
    }
}
