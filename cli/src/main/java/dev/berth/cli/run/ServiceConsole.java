package dev.berth.cli.run;

import dev.berth.supervise.contract.WorkerId;

import java.util.List;

/// Prints the messages of one of several supervisors in this process to the shared console.
///
/// @param feed to clients that wait for a command to this supervisor
record ServiceConsole(Console console, String name, ProgressFeed feed) implements ServiceLog {
    @Override
    public void onEvent(String text) {
        feed.say(text);
        console.onEvent(name + ": " + text);
    }

    @Override
    public void note(String text) {
        console.note(name + ": " + text);
    }

    @Override
    public List<String> problems() {
        return console.problems();
    }

    @Override
    public void onOutput(WorkerId worker, boolean error, String line) {
        console.printed(name, worker, error, line);
    }
}
