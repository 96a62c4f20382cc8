package dev.berth.sys;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The program that [Spawn] starts, and its surroundings.
///
/// @param file the program; a name without a slash is looked up in the `PATH` of this process
/// @param arguments all of `argv`, the program's own name first
/// @param environment all variables, each `NAME=value`
/// @param directory where the program starts; a relative `file` with a slash is resolved from there
/// @param redirects descriptors, in any order and with gaps; each target once
/// @param newSession whether the child leads a session, and so a process group, of its own
public record SpawnRequest(
        String file,
        List<String> arguments,
        List<String> environment,
        Path directory,
        List<Redirect> redirects,
        boolean newSession) {

    public SpawnRequest {
        arguments = List.copyOf(arguments);
        environment = List.copyOf(environment);
        redirects = List.copyOf(redirects);
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("arguments must begin with the program's name");
        }
        checkText(file);
        arguments.forEach(SpawnRequest::checkText);
        environment.forEach(SpawnRequest::checkVariable);
        Set<Integer> targets = new HashSet<>();
        for (Redirect redirect : redirects) {
            if (!targets.add(redirect.target())) {
                throw new IllegalArgumentException("two redirects to fd " + redirect.target());
            }
        }
    }

    private static void checkText(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("zero byte in: " + text.replace("\0", "\\0"));
        }
    }

    private static void checkVariable(String variable) {
        checkText(variable);
        if (variable.indexOf('=') < 1) {
            throw new IllegalArgumentException("not NAME=value: " + variable);
        }
    }
}
