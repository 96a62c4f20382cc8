package dev.berth.sys;

import java.util.List;

/// An account of this system.
///
/// - `gid`: its own group
/// - `groups`: all that it belongs to, its own included
public record User(String name, int uid, int gid, String home, String shell, List<Integer> groups) {

    public User {
        groups = List.copyOf(groups);
    }
}
