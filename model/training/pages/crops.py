"""Draws one crop of a training page with its labels. Enter at `Pages`.

A crop is SIDE px wide and high; a picture smaller than that lies at its top left. What is written there is labelled as instances:
each glyph has its own ink, middle and height, and is a digit or other writing. Rules, cells, frames, edges and shadows are nothing.
"""

from dataclasses import replace

import cv2
import numpy as np

from model.training.pages import camera, layouts, papers
from model.training.pages.labels import SIDE, Crop, label
from model.training.pages.marks import cross_out, frame, marks
from model.training.pages.sources import Sources
from model.training.pages.stamps import Stamp, stamp
from model.training.pages.writing import Layout


class Pages:
    """Draws crops. seed: of the textures and of all that is drawn."""

    def __init__(self, seed: int, sources: Sources | None = None):
        cv2.setNumThreads(1)
        self.rng = np.random.default_rng(seed)
        self.sources = sources or Sources()
        self.backgrounds = papers.Backgrounds(np.random.default_rng(7))

    def crop(self, most: int = SIDE) -> Crop:
        """One crop. most: px of its sides, a multiple of 2, at most papers.TEXTURE."""
        rng = self.rng
        side = most if rng.random() < 0.75 else int(rng.integers(64, most + 1))
        layout, size = layouts.some(self.sources, rng, side)
        if rng.random() < 0.12 and layout.placed:
            layout.placed += marks(layout.placed, size, rng)
        if rng.random() < 0.14 and layout.placed:
            cross_out(layout.placed, rng)
        while rng.random() < 0.16 and layout.placed:
            layout.placed.append(frame(layout.placed, rng))
        matrix = turn(side, rng)
        size = float(np.median([p.size for p in layout.placed if p.pen == "pen"] or [size]))
        brush = float(np.clip(size * np.exp(rng.uniform(np.log(0.035), np.log(0.24))), 0.9, 30))
        stamps = [s for p in layout.placed if (s := stamp(p, matrix, brush, side, rng))]
        left, top, right, bottom = 0, 0, side, side
        if stamps and rng.random() < 0.15:
            left, top, right, bottom = _tight(stamps, side, rng)
        page, ink, owner, strength = self._compose(stamps, layout, matrix, side, size, brush)
        page, ink, owner = (a[top:bottom, left:right] for a in (page, ink, owner))
        moved = [
            replace(s, left=s.left - left, top=s.top - top, middle=(s.middle[0] - left, s.middle[1] - top))
            for s in stamps
        ]
        return label(page.astype(np.uint8), ink, owner, moved, strength, most)

    def _compose(self, stamps: list[Stamp], layout: Layout, matrix: np.ndarray, side: int, size: float, brush: float):
        """The picture (side, side) float32, its ink (side, side) uint8, whose ink each px is (0 nobody's, k + 1), and its noise."""
        rng, backgrounds = self.rng, self.backgrounds
        ink, owner = np.zeros((side, side), np.uint8), np.zeros((side, side), np.uint8)
        hand, machine = np.zeros((side, side), np.uint8), np.zeros((side, side), np.uint8)
        for at, s in enumerate(stamps):
            y0, x0, y1, x1 = (
                max(s.top, 0),
                max(s.left, 0),
                min(s.top + s.ink.shape[0], side),
                min(s.left + s.ink.shape[1], side),
            )
            if y0 >= y1 or x0 >= x1:
                continue
            part, place = s.ink[y0 - s.top : y1 - s.top, x0 - s.left : x1 - s.left], np.s_[y0:y1, x0:x1]
            layers = [machine if s.pen == "print" else hand]
            if s.kind != "frame":
                owner[place] = np.where((part > 90) & (part >= ink[place]), at % 254 + 1, owner[place])
                layers.append(ink)
            for layer in layers:
                np.maximum(layer[place], part, out=layer[place])
        surface = rng.random()
        on_screen = surface < 0.17
        if on_screen:
            page = backgrounds.screen(side, rng)
        elif surface < 0.35:
            page = backgrounds.sheet_on_table(side, rng)
        elif surface < 0.46:  # a board, or any other surface
            page = backgrounds.table(side, rng)
        else:
            page = backgrounds.paper(side, rng)
        page = np.clip(page, 0, 255)
        board = page.mean() < 115
        if (rng.random() < 0.33 and not on_screen) or rng.random() < 0.04:
            _print(page, papers.rules(side, size, matrix, rng), rng.uniform(0.06, 0.5), board)
        if layout.printed_lines:
            width = float(np.exp(rng.uniform(np.log(0.6), np.log(max(1.5, size * 0.1)))))
            _print(page, papers.printed_lines(layout.printed_lines, side, width, matrix), rng.uniform(0.25, 1), board)
        _print(page, machine, rng.uniform(0.6, 1), board)
        page = written(page, hand, rng, backgrounds, board, on_screen)
        if not on_screen:
            page = camera.lit(page, rng, backgrounds)
        if rng.random() < (0.4 if on_screen else 0.06):
            page = 255 - page
        page = np.clip(page, 0, 255)
        if on_screen and rng.random() < 0.6:
            strength = 0.0
            if rng.random() < 0.35:
                page = camera.resolution(page, rng, size)
            if rng.random() < 0.3:
                page = camera.jpeg(page, rng)
        else:
            page, strength = camera.photographed(page, rng, backgrounds, brush, size)
        return np.clip(page, 0, 255), ink, owner, strength


def _print(page: np.ndarray, ink: np.ndarray, strength: float, board: bool) -> None:
    share = ink.astype(np.float32) * (strength / 255)
    page += share * ((255 if board else 0) - page)


def written(
    page, ink, rng: np.random.Generator, backgrounds: papers.Backgrounds, board: bool, on_screen: bool
) -> np.ndarray:
    """The page with handwriting: on a screen flat, on a board chalk, on paper ballpoint, pencil or marker."""
    share = ink.astype(np.float32) / 255
    if on_screen:
        level = float(rng.choice([0, 0, rng.uniform(0, 140)]))
    elif board:
        level = page.mean() + rng.uniform(0.25, 1) * (255 - page.mean())
        if rng.random() < 0.7:
            grain = backgrounds.part(backgrounds.grain, len(page), rng)
            share = share * np.clip(rng.uniform(0.5, 1) + grain * rng.uniform(0, 0.4), 0, 1)
    else:
        kind, paper = rng.random(), page.mean()
        if kind < 0.3:  # pencil: faint and grainy
            level = paper * (1 - rng.uniform(0.08, 0.5))
            grain = backgrounds.part(backgrounds.grain, len(page), rng)
            share = share * np.clip(rng.uniform(0.6, 1) + grain * rng.uniform(0, 0.35), 0, 1)
        elif kind < 0.7:  # ballpoint
            level = paper * (1 - rng.uniform(0.3, 0.9))
            if rng.random() < 0.5:
                clouds = backgrounds.part(backgrounds.clouds, len(page), rng)
                share = share * np.clip(rng.uniform(0.75, 1) + clouds * rng.uniform(0, 0.2), 0, 1)
        else:  # marker, fountain pen
            level = rng.uniform(0, 0.45) * paper
    return page + share * (level - page)


def turn(side: int, rng: np.random.Generator) -> np.ndarray:
    """How the page lies before the camera: (2, 3), a turn and a slant around the picture's middle."""
    angle = rng.normal(0, 0.05) if rng.random() < 0.9 else rng.uniform(-0.4, 0.4)
    shear, stretch = rng.normal(0, 0.04), np.exp(rng.normal(0, 0.05))
    linear = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ [[stretch, shear], [0, 1]]
    if rng.random() < 0.4:
        linear = np.eye(2)
    middle = np.full(2, side / 2)
    return np.column_stack([linear, middle - linear @ middle])


def _tight(stamps: list[Stamp], side: int, rng: np.random.Generator) -> tuple[int, int, int, int]:
    """The part of a picture that holds all writing, cut close to its ink."""
    room = rng.uniform(-3, 6, 4)
    left = max(0, int(min(s.left + 2 for s in stamps) - room[0]))
    top = max(0, int(min(s.top + 2 for s in stamps) - room[1]))
    right = min(side, int(max(s.left + s.ink.shape[1] - 2 for s in stamps) + room[2]))
    bottom = min(side, int(max(s.top + s.ink.shape[0] - 2 for s in stamps) + room[3]))
    if right - left < 24 or bottom - top < 24:
        return 0, 0, side, side
    return left, top, right, bottom
