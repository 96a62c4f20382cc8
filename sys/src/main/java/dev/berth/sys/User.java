package dev.berth.sys;

import java.util.List;

/// A user account of this system.
///
/// @param gid its primary group
/// @param groups all groups that it belongs to, including the primary one
public record User(String name, int uid, int gid, String home, String shell, List<Integer> groups) {

    public User {
        groups = List.copyOf(groups);
    }
}
