/// What this kernel and this user can do, tried: `doctor`.
@NullMarked
package dev.berth.cli.doctor;

import org.jspecify.annotations.NullMarked;
