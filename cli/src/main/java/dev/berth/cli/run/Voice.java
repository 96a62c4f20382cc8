package dev.berth.cli.run;

import dev.berth.supervise.contract.Observer;
import dev.berth.supervise.contract.WorkerId;

import java.util.List;

/// Prints the messages of one of several supervisors in this process to the shared console.
///
/// @param announcements to clients that wait for a command to this supervisor
record Voice(Console console, String name, Announcements announcements)
        implements Observer, Journal {
    @Override
    public void said(String text) {
        announcements.say(text);
        console.said(name + ": " + text);
    }

    @Override
    public void note(String text) {
        console.note(name + ": " + text);
    }

    @Override
    public List<String> troubles() {
        return console.troubles();
    }

    @Override
    public void printed(WorkerId worker, boolean error, String line) {
        console.printed(name, worker, error, line);
    }
}
