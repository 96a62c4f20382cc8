package dev.berth.cli.ports;

import dev.berth.inspect.PortQuery;

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
        String nothing = "pid " + pid + " has no visible sockets";
        return new WhoQuestion(query.withPid(pid), nothing, pid);
    }
}
